/**
 * A container at its limit of processes that goes on forking keeps every other program on the machine waiting: each try
 * is paid for by the kernel under locks that all forks share. One that merely touches its limit does no harm.
 */

/** Reason that the container's status and the event give. */
export const forkStorm = 'ForkStorm'

/** What one look can add: a burst however large is one look, and a storm takes at least three in a row. */
const mostPerLook = 100
/** So few refusals between two looks are those of a program that tries again now and then. */
const harmless = 10
const enough = 250

/**
 * How close a container is to being ended, from how close it was and how many of its forks were refused since; looks are
 * a second apart.
 */
export const stormLevel = (before: number, refused: number): number =>
  refused === 0 ? 0 : Math.max(0, before + Math.min(refused, mostPerLook) - harmless)

export const isStorm = (level: number): boolean => level >= enough

export const stormMessage = (name: string, limit: number): string =>
  `Container ${name} kept forking at the limit of ${limit} processes, which slows every program on the machine, so it was ended.`
