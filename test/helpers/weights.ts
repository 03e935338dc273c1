/** Files of weights in the hub's formats. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Dtype, encoded } from "./floats.js";
import { legacyTorchFile, torchFile } from "./torch-file.js";

export type Format = "safetensors" | "sharded" | "bin" | "sharded-bin" | "legacy-bin";

export interface Tensor {
  shape: number[];
  values: Float64Array;
}

export function writeWeights(
  folder: string,
  tensors: Map<string, Tensor>,
  dtype: Dtype,
  format: Format,
): void {
  const [kind, file, write] = format.endsWith("bin")
    ? (["bin", "pytorch_model", format === "legacy-bin" ? legacyTorchFile : torchFile] as const)
    : (["safetensors", "model", safetensorsFile] as const);
  if (!format.startsWith("sharded")) {
    writeFileSync(join(folder, `${file}.${kind}`), write(tensors, dtype));
    return;
  }
  const names = [...tensors.keys()];
  const weightMap: Record<string, string> = {};
  for (const [i, part] of [names.slice(0, 5), names.slice(5)].entries()) {
    const shard = `${file}-0000${i + 1}-of-00002.${kind}`;
    writeFileSync(
      join(folder, shard),
      write(new Map(part.map((name) => [name, tensors.get(name) as Tensor])), dtype),
    );
    for (const name of part) weightMap[name] = shard;
  }
  writeFileSync(
    join(folder, `${file}.${kind}.index.json`),
    JSON.stringify({ metadata: {}, weight_map: weightMap }),
  );
}

export function safetensorsFile(tensors: Map<string, Tensor>, dtype: Dtype): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  const parts: Buffer[] = [];
  let at = 0;
  for (const [name, { shape, values }] of tensors) {
    const bytes = encoded(values, dtype);
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    parts.push(bytes);
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...parts]);
}
