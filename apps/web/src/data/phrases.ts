import type { Language, Messages, Values } from './messages.ts'

/** The texts of one part that is loaded late, with that part: what every page begins with stays small. */
export const phrases =
  <T extends Messages>(table: T) =>
  (language: Language, key: keyof T, values: Values = {}): string =>
    table[key]![language].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
