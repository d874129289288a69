import { randomBytes, randomInt, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)

/** 16 MiB and about 40 ms for one try: slow for whoever guesses, bearable for whoever signs in. */
const cost = { N: 2 ** 14, r: 8, p: 1 } as const

/** `scrypt$<N>$<r>$<p>$<salt>$<hash>`, so that stored hashes stay readable when the cost is raised. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password.normalize('NFKC'), salt, 32, { ...cost, maxmem: 64 * 2 ** 20 })
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = stored.split('$')
  if (scheme !== 'scrypt' || !salt || !hash) return false
  const expected = Buffer.from(hash, 'base64url')
  const options = { N: Number(N), r: Number(r), p: Number(p), maxmem: 256 * 2 ** 20 }
  const given = await derive(password.normalize('NFKC'), Buffer.from(salt, 'base64url'), expected.length, options)
  return timingSafeEqual(given, expected)
}

/** Letters and digits that are not mistaken for each other. */
const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** 20 characters, about 115 bits. */
export const newPassword = () => Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)]).join('')

/** What is wrong with a password somebody chose, as a sentence. */
export function passwordProblem(password: string): string | undefined {
  if (password.length < 10) return 'The password is too short: use at least 10 characters.'
  if (password.length > 200) return 'The password is too long: use at most 200 characters.'
  if (new Set(password).size < 4) return 'The password repeats too few characters: use a mixture.'
  return undefined
}
