/** Flags that mean the program which was started, its text or its debugger, rather than how Node runs. */
const OWN = /^(-[ep]+|--(eval|print|input-type|inspect.*)(=.*)?)$/;
const WITH_TEXT = /^(-[ep]+|--eval|--print)$/;

/** Node's flags for a process that is forked to run a module of ours. */
export function forkedFlags(flags: readonly string[] = process.execArgv): string[] {
  return flags.filter((flag, i) => !OWN.test(flag) && !WITH_TEXT.test(flags[i - 1] ?? ""));
}
