import { type Command, Usage } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

export const deleteApp: Command = {
  summary: 'remove an app with its releases, repository, images and routes',
  usage: 'APP --yes',
  flags: { ...appFlags, yes: { type: 'boolean', short: 'y' } },
  async run(invocation) {
    const { words, json, out, api } = invocation
    // Never only the app of the folder: whoever deletes names it.
    if (words.length !== 1) throw new Usage('Which app? Say: sampan delete PROJECT/APP --yes')
    const target = targetOf(invocation, words[0])
    const full = `${target.project}/${target.app}`
    const platform = await api()
    await platform.get(pathOf(target))
    confirmed(invocation, `This removes ${full} with its releases, repository, images and routes for good.`)
    await platform.remove(pathOf(target))
    out(json ? `${JSON.stringify(target)}\n` : `${full} is being removed.\n`)
    return 0
  },
}
