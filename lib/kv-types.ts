export const KV_TYPES = ["f32", "f16", "bf16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "iq4_nl"] as const;
/** What numbers of the KV cache are kept in: "q8_0" takes about half of "f16", "q4_0" about a quarter. */
export type KvType = (typeof KV_TYPES)[number];

/** Those that llama.cpp can only read with flash attention. */
export function isQuantised(type: KvType): boolean {
  return type.includes("q");
}
