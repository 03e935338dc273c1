/** Makes a forked process end when its parent does or lets go of it, and only then: Ctrl-C and service managers reach the group. */
export function endWithParent(): void {
  // Native work may never come back, so nothing is ended in good order.
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
}
