// match.js - the API's filter of records (plugin/record/query.c, words.c), for records of the live stream,
// which all tabs share whatever each of them shows.

/** The names of the five standard levels; showRecords adds the service's own. */
export const levels = new Map([
  ["DEBUG", 10],
  ["INFO", 20],
  ["WARNING", 30],
  ["ERROR", 40],
  ["CRITICAL", 50],
]);

// Only ASCII has two cases there.
const lower = (token) => token.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const tokens = (text) => text.match(/[A-Za-z0-9\u0080-\uffff]+/g)?.map(lower) ?? [];

/** The tokens of one word stand one after the other, all whole but the last, which may be a beginning. */
function hasWord(message, word) {
  return (
    word.length > 0 &&
    message.some((_, at) =>
      word.every((token, i) => {
        const here = message[at + i] ?? "";
        return i === word.length - 1 ? here.startsWith(token) : here === token;
      }),
    )
  );
}

function globTest(glob) {
  if (!/[*?]/.test(glob)) return (name) => name === glob || name.startsWith(glob + ".");
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  const made = new RegExp(`^${pattern}$`, "s");
  return (name) => made.test(name);
}

export const fieldText = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** filter: {level, logger, q, fields: [[name, value], …]}. Returns record -> boolean. */
export function matcher({ level, logger, q, fields }) {
  const least = level ? (levels.get(level.toUpperCase()) ?? Number(level)) : 0;
  const named = logger ? globTest(logger) : () => true;
  const words = q.split(/\s+/).filter(Boolean).map(tokens);
  return (record) => {
    if (record.levelno < least || !named(record.logger)) return false;
    if (!fields.every(([k, v]) => Object.hasOwn(record.fields, k) && fieldText(record.fields[k]) === v))
      return false;
    if (!words.length) return true;
    const message = tokens(record.message);
    return words.every((word) => hasWord(message, word));
  };
}
