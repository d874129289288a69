/** No vowels and no look-alikes, so that no words and no doubts come out. Kubernetes' own choice. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Five characters as Kubernetes puts after `generateName`. `random` is as `Math.random`. */
export const randomSuffix = (random: () => number, length = 5) =>
  Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')

/** `prefix` and a random suffix, the prefix cut so that the whole fits a DNS label. */
export const generatedName = (prefix: string, random: () => number) => `${prefix.slice(0, 58)}${randomSuffix(random)}`
