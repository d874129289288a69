import { type Claims, sealTicket } from '@sampan/kit/ticket'
import type { Scope } from './scope.ts'

/** The name that pipelines and environments sign in to the registry with; what they may do is in their ticket. */
export const robotName = 'sampan-robot'

export type RegistryAction = 'pull' | 'push'

export interface RobotRight {
  /** `demo/hello`, or `demo/*` for everything below. */
  repository: string
  actions: RegistryAction[]
}

export interface RobotTicket extends Claims {
  use: 'registry'
  /** Whom the registry's notifications name. */
  subject: string
  rights: RobotRight[]
  /** `<project>/<pipeline>`: good only while that one runs. */
  pipeline?: string
}

/** The same arguments give the same ticket, so that an object that holds it does not change on every look. */
export const robotTicket = (key: Uint8Array, ticket: Omit<RobotTicket, 'use'>) =>
  sealTicket<RobotTicket>(key, { use: 'registry', ...ticket })

/** What of a scope the rights allow; several rights may add up. */
export function allowedBy(rights: readonly RobotRight[], { type, name, actions }: Scope): string[] {
  if (type !== 'repository') return []
  return actions.filter((action) =>
    rights.some((right) => covers(right, name) && right.actions.includes(action as 'pull')),
  )
}

const covers = ({ repository }: RobotRight, name: string) =>
  repository.endsWith('/*') ? name.startsWith(repository.slice(0, -1)) : repository === name
