import { stat } from "node:fs/promises";

/** Whether something of that path can be found. */
export function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Whether there is certainly nothing of that path; what cannot be looked at may be there. */
export function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error) => error.code === "ENOENT",
  );
}
