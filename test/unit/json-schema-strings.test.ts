import t from "tap";
import { checkSchema, checkTexts } from "../helpers/json-schema.js";

t.test("lengths count characters, however they are spelled", async (t) => {
  const schema = { type: "string", minLength: 2, maxLength: 3 };
  checkSchema(t, schema, ["ab", "abc", "😀😀", "\n\n\n", '""'], ["", "a", "😀", "\n", "abcd", "😀😀😀😀"]);
  const accepted = ['"\\ud83d\\ude00a"', '"\\uD83D\\uDE00\\uFFFF\\/"', '"\\u0041\\u00e9"'];
  const rejected = [
    '"\\ud83d\\ude00"',
    '"\\u0041"',
    '"\\ud83da"',
    '"\\ude00a"',
    '"\\udc00\\udc00a"',
    '"\\ud83d\\u0041"',
    '"a\\x"',
    '"\\u12g4a"',
  ];
  checkTexts(t, schema, accepted, rejected);
  checkSchema(t, { minLength: 1 }, ["a", "a".repeat(200)], [""]);
  checkSchema(t, { maxLength: 0 }, [""], ["a"]);
});

t.test("a pattern beside lengths, which it must ensure by itself", async (t) => {
  const pattern = "^\\d{3}(-\\d{2})?$";
  checkSchema(t, { pattern, minLength: 3, maxLength: 6 }, ["123", "123-45"], ["12", "123-4"]);
  checkSchema(t, { pattern, allOf: [{ pattern }] }, ["123"], ["12"]);
  checkSchema(t, { format: "date", minLength: 10, maxLength: 10 }, ["2024-01-01"], ["2024-1-1"]);
});

t.test("dates that exist", async (t) => {
  const accepted = [
    "2024-02-29",
    "2000-02-29",
    "2023-02-28",
    "2024-12-31",
    "1999-04-30",
    "0001-01-01",
    "2400-02-29",
  ];
  const rejected = [
    "2023-02-29",
    "1900-02-29",
    "2024-02-30",
    "2024-04-31",
    "2024-13-01",
    "2024-00-10",
    "2024-1-1",
  ];
  checkSchema(t, { format: "date" }, accepted, [...rejected, "2024-01-00", "2024-01-32", "24-01-01", ""]);
});

t.test("every day of leap years and others, and no other", async (t) => {
  const schema = { format: "date" };
  const years = [1600, 1696, 1700, 1704, 1799, 1800, 1900, 1999, 2000];
  const days = years.flatMap((year) =>
    Array.from({ length: 12 * 33 }, (_, i) => [year, Math.floor(i / 33) + 1, i % 33] as const),
  );
  const exists = ([year, month, day]: (typeof days)[number]) => {
    const date = new Date(Date.UTC(year, month - 1, day));
    return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  };
  const text = (parts: (typeof days)[number]) =>
    JSON.stringify(parts.map((part) => String(part).padStart(2, "0")).join("-"));
  checkTexts(t, schema, days.filter(exists).map(text), days.filter((day) => !exists(day)).map(text));
});

t.test("times, dates with times, uuids", async (t) => {
  const times = ["00:00:00Z", "23:59:59.123456789+23:59", "12:30:00-00:00"];
  const noTimes = [
    "24:00:00Z",
    "12:60:00Z",
    "12:00:60Z",
    "12:00Z",
    "12:00:00",
    "12:00:00.Z",
    "1:00:00Z",
    "12:00:00+24:00",
  ];
  checkSchema(t, { format: "time" }, times, noTimes);
  const withDate = (date: string) => (time: string) => `${date}T${time}`;
  checkSchema(t, { format: "date-time" }, times.map(withDate("2024-02-29")), [
    ...noTimes.map(withDate("2024-02-29")),
    ...times.map(withDate("2023-02-29")),
    "2024-01-01",
    "2024-01-01 00:00:00Z",
  ]);
  const uuid = "123e4567-E89B-12d3-a456-426614174000";
  checkSchema(
    t,
    { format: "uuid" },
    [uuid],
    [uuid.slice(1), `${uuid}0`, uuid.replace("e", "g"), `{${uuid}}`],
  );
});
