/** Checkpoints that are damaged, and what converting them must say. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { convertCheckpoint } from "../../lib/index.js";
import { type Checkpoint, writeCheckpoint } from "./checkpoint.js";

export type Damage = (checkpoint: Checkpoint) => void;

export type Damaged = [name: string, damage: Damage, code: string, message: RegExp];

/** Changes a JSON file. */
export function edit(file: string, change: (value: Record<string, unknown>) => void): Damage {
  return ({ folder }) => {
    const path = join(folder, file);
    const value = JSON.parse(readFileSync(path, "utf8"));
    change(value);
    writeFileSync(path, JSON.stringify(value));
  };
}

/** A test for each. */
export function testDamages(damages: readonly Damaged[]): void {
  for (const [name, damage, code, message] of damages) {
    t.test(name, async (t) => {
      const checkpoint = writeCheckpoint(`${t.testdir()}/model`, "gpt-neox");
      damage(checkpoint);
      await refused(t, checkpoint, code, message);
    });
  }
}

export async function refused(t: Test, checkpoint: Checkpoint, code: string, message: RegExp): Promise<void> {
  const to = `${checkpoint.folder}.gguf`;
  await t.rejects(convertCheckpoint({ from: checkpoint.folder, to }), { code, message });
  t.notOk(existsSync(to), "no output");
}
