import { type Command, Usage } from '../command.ts'

/** Which addresses inside the installation sources may name; for administrators. */
export const sources: Command = {
  summary: "addresses inside the installation that apps' sources may name: list, allow, forbid",
  usage: '[list | allow URL | forbid URL]',
  async run({ words, json, out, api }) {
    const [verb = 'list', url] = words
    if (!['list', 'allow', 'forbid'].includes(verb) || (verb !== 'list' && !url))
      throw new Usage('Say: sampan sources list, allow URL or forbid URL')
    const platform = await api()
    let shown = await platform.get<{ allowed: string[] }>('/api/sources/allowed')
    if (verb !== 'list' && url) {
      const rest = shown.allowed.filter((one) => one !== url)
      shown = await platform.put('/api/sources/allowed', { allowed: verb === 'allow' ? [...rest, url] : rest })
    }
    out(json ? `${JSON.stringify(shown)}\n` : `${shown.allowed.join('\n') || 'None is allowed.'}\n`)
    return 0
  },
}
