import { type Command, Usage } from '../command.ts'
import { follow } from '../progress.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

/** Rolls back to a release and waits until it is verified again. */
export const rollback: Command = {
  summary: 'bring back an earlier release, all of it',
  usage: '[RELEASE] [--app APP] [--environment NAME]',
  flags: appFlags,
  async run(invocation) {
    const { words, flags } = invocation
    const api = await invocation.api()
    const [release, target] = meant(words, invocation)
    const number = release ?? (await previous(api, target))
    const { rollout } = await api.post<{ rollout: { metadata: { name: string } } }>(`${pathOf(target)}/rollback`, {
      release: number,
      ...(typeof flags.environment === 'string' && { environment: flags.environment }),
    })
    return follow(api, target, { rollout: rollout.metadata.name }, invocation)
  },
}

/** `rollback 3`, `rollback v3`, `rollback APP 3`, `rollback` alone. */
function meant(
  words: string[],
  invocation: Parameters<Command['run']>[0],
): [number | undefined, ReturnType<typeof targetOf>] {
  const isNumber = (word = '') => /^v?\d+$/.test(word)
  const number = words.find(isNumber)
  const app = words.find((word) => !isNumber(word))
  if (words.length > 2) throw new Usage('Say: sampan rollback [RELEASE] [--app APP]')
  return [number === undefined ? undefined : Number(number.replace('v', '')), targetOf(invocation, app)]
}

/** The newest release that was verified before the one that serves now. */
async function previous(
  api: { get<T>(path: string): Promise<T> },
  target: ReturnType<typeof targetOf>,
): Promise<number> {
  const rows = await api.get<{ number: number; serving: string[]; rollouts: { state: string }[] }[]>(
    `${pathOf(target)}/releases`,
  )
  const now = rows.find(({ serving }) => serving.length > 0)
  const before = rows.find(
    ({ number, rollouts }) => number < (now?.number ?? Infinity) && rollouts.some(({ state }) => state === 'verified'),
  )
  if (!before) throw new Usage('There is no earlier release that was verified. See: sampan releases')
  return before.number
}
