/** One line on stderr that replaces itself; nothing where stderr is no terminal. */
export function progressLine(stream = process.stderr) {
  return {
    show: (text) => stream.isTTY && stream.write(`\r\x1b[K${text.slice(0, (stream.columns || 80) - 1)}`),
    clear: () => stream.isTTY && stream.write("\r\x1b[K"),
  };
}
