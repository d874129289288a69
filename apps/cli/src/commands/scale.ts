import { type Command, Usage } from '../command.ts'
import { follow } from '../progress.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

export const scale: Command = {
  summary: 'set the number of instances',
  usage: '[APP] INSTANCES',
  flags: appFlags,
  async run(invocation) {
    const { words, json, out } = invocation
    const count = words.at(-1) ?? ''
    if (!/^\d+$/.test(count) || words.length > 2) throw new Usage('How many instances? Say: sampan scale [APP] 3')
    const target = targetOf(invocation, words.length === 2 ? words[0] : undefined)
    const api = await invocation.api()
    const { rollout } = await api.patch<{ rollout?: string }>(`${pathOf(target)}/parameters`, {
      replicas: Number(count),
    })
    if (rollout) return follow(api, target, { rollout }, invocation)
    out(
      json
        ? `${JSON.stringify({ ...target, replicas: Number(count) })}\n`
        : `${target.app} will have ${count} instances once it is deployed.\n`,
    )
    return 0
  },
}
