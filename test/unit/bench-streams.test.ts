import t from "tap";
import { addedBy, gapsOf, timesOf } from "../../lib/bench/gaps.js";
import { requestLengths, type Stream } from "../../lib/bench/streams.js";

function stream(asked: number, ...pieces: number[]): Stream {
  return { asked, pieces, ids: [], stats: {} as Stream["stats"] };
}

t.test(
  "each slot has the tokens of its requests, and slots' first requests end one after another",
  async (t) => {
    t.strictSame(requestLengths(4, 2, 12), [3, 6, 9, 12, 12, 12, 12, 12, 9, 6, 3]);
    t.strictSame(requestLengths(1, 3, 12), [12, 12, 12]);
    for (const [atOnce, perSlot, tokens] of [
      [32, 1, 8],
      [3, 2, 1],
      [5, 4, 96],
    ] as const) {
      const lengths = requestLengths(atOnce, perSlot, tokens);
      t.ok(lengths.every((length) => length > 0));
      t.equal(
        lengths.reduce((sum, length) => sum + length, 0),
        atOnce * perSlot * tokens,
      );
    }
  },
);

t.test("a gap is apart where another request had been asked for and had given nothing yet", async (t) => {
  const running = stream(0, 10, 12, 14, 21, 23);
  // Asked for within the third gap, answered within it; its own gaps meet nobody's arrival.
  const arriving = stream(15, 20, 22);
  t.strictSame(gapsOf([running, arriving]), { quiet: [2, 2, 2, 2], arriving: [7] });
  // Both begin together: the first gap of the quicker one lies before the other's first piece.
  t.strictSame(gapsOf([stream(0, 4, 6, 8), stream(0, 7, 9)]), { quiet: [2], arriving: [2, 2] });
});

t.test("what arrivals add is told from the usual gap; of nothing there is nothing", async (t) => {
  t.strictSame(addedBy({ quiet: [2, 2, 3], arriving: [5, 7, 9] }), { median: 5, p95: 6.8 });
  t.equal(addedBy({ quiet: [2], arriving: [] }), null);
  t.equal(addedBy({ quiet: [], arriving: [2] }), null);
});

t.test("a percentile lies between its neighbours", async (t) => {
  t.strictSame(timesOf([1, 2, 3]), { median: 2, p95: 2.9 });
  t.strictSame(timesOf([5]), { median: 5, p95: 5 });
});
