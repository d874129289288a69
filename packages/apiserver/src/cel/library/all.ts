import type { Overload } from '../ast.ts'
import { authorization } from './authorizer.ts'
import { collections } from './collections.ts'
import { kubernetes } from './kubernetes.ts'
import { network } from './network.ts'
import { operators } from './operators.ts'
import { standard } from './standard.ts'
import { text } from './text.ts'

export type Functions = ReadonlyMap<string, readonly Overload[]>

let made: Map<string, Overload[]> | undefined

/** Everything an expression may call, by name. */
export function functions(): Functions {
  if (made) return made
  made = new Map()
  for (const part of [operators, standard, text, collections, network, kubernetes, authorization])
    for (const one of part()) {
      const others = made.get(one.name)
      if (others) others.push(one)
      else made.set(one.name, [one])
    }
  return made
}
