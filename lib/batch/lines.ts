import { createReadStream } from "node:fs";

export interface Line {
  text: string;
  /** Counted from 1. */
  number: number;
  /** Bytes of the file up to its end, the line feed included. */
  end: number;
  /** False for a last line without line feed. */
  isWhole: boolean;
}

const LINE_FEED = 0x0a;

/** A file's lines, one by one. Not by `readline`, which also ends lines at U+2028, as JSON may hold it. */
export async function* readLines(path: string): AsyncGenerator<Line, void, undefined> {
  let begun: Buffer[] = [];
  let number = 0;
  let end = 0;
  const line = (isWhole: boolean): Line => {
    const bytes = Buffer.concat(begun);
    begun = [];
    number++;
    end += bytes.length + (isWhole ? 1 : 0);
    return { text: bytes.toString(), number, end, isWhole };
  };
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let to = bytes.indexOf(LINE_FEED); to >= 0; to = bytes.indexOf(LINE_FEED, from)) {
      begun.push(bytes.subarray(from, to));
      from = to + 1;
      yield line(true);
    }
    begun.push(bytes.subarray(from));
  }
  if (begun.some(({ length }) => length > 0)) yield line(false);
}
