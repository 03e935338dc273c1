/**
 * Where a file of this package can be opened by native code. Electron shows files that were left out of an archive at paths
 * inside it, which only its own JavaScript understands.
 */
export function unpacked(path: string, isElectron = process.versions.electron !== undefined): string {
  return isElectron ? path.replace(/\.asar(?=[\\/])/, ".asar.unpacked") : path;
}
