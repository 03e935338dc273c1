/** What the user typed, as reports have it: they are shared, and folders are nobody's business. */
export function recordedCommand(args: readonly string[]): string {
  return ["foretoken", ...args.map((arg) => quote(withoutFolders(arg)))].join(" ");
}

/** Of `--flag=value` and of `-ovalue` the value. Names of the hub, `owner/name`, stay as they are. */
function withoutFolders(arg: string): string {
  const [, flag = "", value = ""] = /^(--[\w-]+=|-o)?(.*)$/s.exec(arg) ?? [];
  const isName = /^\w[\w.-]*\/[\w.-]+$/.test(value) && !/\.(gguf|jsonl?|html|md|csv)$/i.test(value);
  return flag + (isName ? value : value.replace(/[/\\]+$/, "").replace(/^.*[/\\]/s, ""));
}

function quote(arg: string): string {
  return /^[\w./=,:+-]+$/.test(arg) ? arg : JSON.stringify(arg);
}
