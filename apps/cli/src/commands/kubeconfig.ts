import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Usage } from '../command.ts'
import { homeOf } from '../context.ts'

/** Prints where the administrator's kubeconfig is, or with `--raw` the file itself. */
export const kubeconfig: Command = {
  summary: "path of the administrator's kubeconfig",
  usage: '[--raw]',
  details: 'export KUBECONFIG=$(sampan kubeconfig)',
  flags: { raw: { type: 'boolean' } },
  run({ flags, env, json, out }) {
    const file = join(homeOf(env), 'kubeconfig')
    if (!existsSync(file)) {
      throw new Usage(
        `There is no ${file}: run this as root on the machine Sampan runs on (SAMPAN_HOME names another home), or ask an administrator for a kubeconfig of a service account.`,
      )
    }
    if (flags.raw) out(readFileSync(file, 'utf8'))
    else out(json ? `${JSON.stringify({ kubeconfig: file })}\n` : `${file}\n`)
    return 0
  },
}
