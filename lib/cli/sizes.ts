/** A number of bytes for people. */
export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** A number of parameters for people. */
export function parameters(count: number): string {
  return count < 1e9 ? `${Math.round(count / 1e6)}M` : `${(count / 1e9).toFixed(1)}B`;
}
