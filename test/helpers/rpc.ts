/** What a worker answers that speaks this version of ggml's RPC. */
export function hello(major: number, minor: number): Buffer {
  const reply = Buffer.alloc(36);
  reply.writeBigUInt64LE(28n);
  reply.set([major, minor], 8);
  return reply;
}
