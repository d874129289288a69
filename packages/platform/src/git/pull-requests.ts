import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppName, Repositories } from './repositories.ts'

/** A proposed change in the built-in repository; its commits are at `refs/pull/<number>/head`. */
export interface PullRequest {
  number: number
  title: string
  target: string
  /** What its author calls it: the second push to the same target and topic is new work on the same one. */
  topic: string
  by: string
  state: 'open' | 'merged' | 'closed'
}

/** Where people propose: `refs/for/<branch>`, or `refs/for/<branch>%topic=<topic>` as Gerrit's users write it. */
export function proposalIn(ref: string): { target: string; topic?: string } | undefined {
  const [, target, topic] = /^refs\/for\/([^%]+)(?:%topic=([\w.-]{1,100}))?$/.exec(ref) ?? []
  return target ? { target, topic } : undefined
}

export const pullNumberIn = (ref: string): number | undefined => {
  const [, digits] = /^refs\/pull\/([1-9]\d{0,8})\/head$/.exec(ref) ?? []
  return digits ? Number(digits) : undefined
}

export const pullRef = (number: number) => `refs/pull/${number}/head`

/** Kept beside the objects of the repository, in one file. Calls for one app must come one after the other. */
export function pullRequests(repositories: Pick<Repositories, 'pathOf'>) {
  const fileOf = (name: AppName) => join(repositories.pathOf(name), 'sampan-pulls.json')
  async function all(name: AppName): Promise<PullRequest[]> {
    try {
      return JSON.parse(await readFile(fileOf(name), 'utf8')) as PullRequest[]
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }
  async function keep(name: AppName, pulls: readonly PullRequest[]) {
    await writeFile(`${fileOf(name)}.new`, JSON.stringify(pulls), { flush: true })
    await rename(`${fileOf(name)}.new`, fileOf(name))
  }
  return {
    all,
    /** The open one with this number or this target and topic, or a new one. */
    async open(
      name: AppName,
      wanted: Omit<PullRequest, 'number' | 'state'> & { number?: number },
    ): Promise<{ pull: PullRequest; isNew: boolean }> {
      const pulls = await all(name)
      const { number, target, topic, by } = wanted
      const known = pulls.find((one) =>
        number === undefined
          ? one.state === 'open' && one.target === target && one.topic === topic && one.by === by
          : one.number === number,
      )
      if (known && known.state === 'open') return { pull: known, isNew: false }
      const pull: PullRequest = {
        ...(known ?? { ...wanted, number: number ?? 1 + Math.max(0, ...pulls.map((one) => one.number)) }),
        state: 'open',
      }
      await keep(name, [...pulls.filter((one) => one.number !== pull.number), pull])
      return { pull, isNew: true }
    },
    async end(name: AppName, number: number, state: 'merged' | 'closed'): Promise<void> {
      const pulls = await all(name)
      if (!pulls.some((one) => one.number === number && one.state === 'open')) return
      await keep(
        name,
        pulls.map((one) => (one.number === number ? { ...one, state } : one)),
      )
    },
  }
}
