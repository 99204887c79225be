/** Checks one JSON value and returns it; throws a TypeError that names its `path`. */
export type Reader<T> = (value: unknown, path: string) => T;

/** Tells whether a value is a plain JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads a string. */
export const text: Reader<string> = (value, path) => {
  if (typeof value !== 'string') throw new TypeError(`${path} must be a string`);
  return value;
};

/** Reads a number. */
export const number: Reader<number> = (value, path) => {
  if (typeof value !== 'number') throw new TypeError(`${path} must be a number`);
  return value;
};

/** Reads a boolean. */
export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new TypeError(`${path} must be a boolean`);
  return value;
};

/** Reads anything. */
export const anything: Reader<unknown> = (value) => value;

/** Reads an integer within bounds, both allowed. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value, path) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new TypeError(`${path} must be an integer ${range}`);
  };
}

/** Reads one of the given strings. */
export function oneOf<T extends string>(...words: T[]): Reader<T> {
  return (value, path) => {
    const word = words.find((each) => each === value);
    if (word === undefined) throw new TypeError(`${path} must be one of ${words.join(', ')}`);
    return word;
  };
}

/** Reads an array of values of one kind. */
export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new TypeError(`${path} must be an array`);
    return value.map((item: unknown, i) => read(item, `${path}[${i}]`));
  };
}

/** Reads an object whose fields, whatever their names, are values of one kind. */
export function mapOf<T>(read: Reader<T>): Reader<Record<string, T>> {
  return (value, path) => {
    if (!isRecord(value)) throw new TypeError(`${path} must be an object`);
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, read(field, `${path}.${key}`)]));
  };
}

/** Reads an object that has the given fields and no other; only the `required` ones must be there. */
export function objectOf<T>(fields: { [K in keyof T]-?: Reader<T[K]> }, ...required: (keyof T & string)[]): Reader<T> {
  const readers = new Map<string, Reader<unknown>>(Object.entries(fields));
  return (value, path) => {
    if (!isRecord(value)) throw new TypeError(`${path} must be an object`);
    const missing = required.find((key) => !Object.hasOwn(value, key));
    if (missing !== undefined) throw new TypeError(`${path}.${missing} is missing`);
    const entries = Object.entries(value).map(([key, field]) => {
      const read = readers.get(key);
      if (!read) throw new TypeError(`${path}.${key} is unknown; use ${[...readers.keys()].join(', ')}`);
      return [key, read(field, `${path}.${key}`)];
    });
    return Object.fromEntries(entries) as T;
  };
}
