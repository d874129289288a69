import type { Overload } from '../ast.ts'
import { split, typeFrom } from '../types.ts'

type More = Pick<Overload, 'cost' | 'size' | 'allows'>

/**
 * An overload from its short text: `(string) int` for a function, `string.(string, int) bool` for a member function.
 * `call` gets the receiver first.
 */
export function overload(
  name: string,
  signature: string,
  call: (...args: never[]) => unknown,
  more: More = {},
): Overload {
  const found = /^(?:(.+)\.)?\((.*)\)\s+(.+)$/.exec(signature)
  if (!found) throw new Error(`not a signature: ${signature}`)
  const [, receiver, args, result] = found
  return {
    name,
    isMember: receiver !== undefined,
    args: [...(receiver === undefined ? [] : [receiver]), ...split(args!)].map(typeFrom),
    result: typeFrom(result!),
    call: (all) => call(...all),
    ...more,
  }
}

/** What going through a text costs, per byte of it. */
export const perByte = 0.1

export const traversal = (bytes: number, times = 1) => Math.ceil(bytes * times * perByte)

/** As much as going through the first argument. */
export const first: More = { cost: ([size = 0]) => traversal(size) }

/** The same, with a result no larger than it. */
export const firstSized: More = { ...first, size: ([size = 0]) => size }

/** What is looked up and no more. */
export const nominal: More = {}
