import { createInterface } from 'node:readline/promises'
import type { Options } from '../options.ts'
import { lineProgress } from '../setup/progress.ts'
import { UserError } from '../supervisor/preflight.ts'
import { uninstall } from '../supervisor/uninstall.ts'

/** `sampan uninstall`: asks first, unless told `--yes`. */
export async function uninstallCommand({ home, yes, json, keepImages }: Options): Promise<number> {
  if (!yes && !(await agreed(`This removes all apps, images and data in ${home}. Type yes to go on: `))) {
    throw new UserError('Nothing was removed.')
  }
  await uninstall(home, lineProgress(), { keepImages })
  process.stdout.write(
    json
      ? `${JSON.stringify({ removed: home })}\n`
      : `Removed ${home}. Debian packages that were installed are still there.\n`,
  )
  return 0
}

async function agreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UserError('There is no terminal to ask on: say --yes to remove everything.')
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question(question)
  ask.close()
  return answer.trim() === 'yes'
}
