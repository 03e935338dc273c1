import { isAbsolute } from "node:path";
import { invalid } from "../is.js";

const NAME = /^[\w.-]{1,96}$/;

/** Whether a text has the form owner/name. Two dashes and two dots are the hub's own to forbid. */
export function isRepositoryId(text: string): boolean {
  const parts = text.split("/");
  return (
    parts.length === 2 &&
    parts.every((part) => NAME.test(part) && !/^[.-]|[.-]$|--|\.\./.test(part)) &&
    !text.endsWith(".git")
  );
}

/** Throws OPTION_INVALID. */
export function repositoryId(name: string, value: unknown): string {
  if (typeof value !== "string" || !isRepositoryId(value))
    throw invalid(name, "owner/name of a repository", value);
  return value;
}

/** A branch, tag or commit. Throws OPTION_INVALID. */
export function revisionName(name: string, value: unknown): string {
  if (typeof value !== "string" || value.length > 200 || !/^[\w.+/-]+$/.test(value) || !isContained(value))
    throw invalid(name, "branch, tag or commit", value);
  return value;
}

/** Whether a repository's path stays in a folder that it is joined to, on any system. */
export function isContained(path: string): boolean {
  const parts = path.split("/");
  return !isAbsolute(path) && parts.every((part) => !/^\.{0,2}$|[\\:]|\p{Cc}/u.test(part));
}
