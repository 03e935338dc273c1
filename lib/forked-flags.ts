/** Flags that mean the program which was started, its text, its debugger or its tests, rather than how Node runs. */
const OWN =
  /^(-[ep]+|-[ci]|--(eval|print|check|interactive|input-type|debug-port|(inspect|watch|test|experimental-test).*)(=.*)?)$/;
/** Those of them whose value may be an argument of its own. */
const WITH_VALUE =
  /^(-[ep]+|--(eval|print|input-type|debug-port|inspect-port|inspect-publish-uid|watch-path))$/;
const TEST_WITH_VALUE =
  /^--(experimental-)?test-(?!(only|force-exit|update-snapshots|randomize|coverage|module-mocks|snapshots)$)[^=]+$/;

/** Node's flags for a process that is forked to run a module of ours. */
export function forkedFlags(flags: readonly string[] = process.execArgv): string[] {
  const takesNext = (flag: string) => WITH_VALUE.test(flag) || TEST_WITH_VALUE.test(flag);
  return flags.filter((flag, i) => !OWN.test(flag) && !takesNext(flags[i - 1] ?? ""));
}
