import { savedConfig } from '../config.ts'
import type { Options } from '../options.ts'
import { down, stopPods } from '../supervisor/uninstall.ts'

/** `sampan down`: stops the control plane; with `--pods` everything. */
export async function downCommand({ home, pods, json }: Options): Promise<number> {
  const wasRunning = await down(home)
  const config = savedConfig(home)
  if (pods && config) await stopPods(config)
  const said = pods
    ? 'Stopped, pods too.'
    : wasRunning
      ? 'Stopped. Pods go on running; stop them too with: sampan down --pods'
      : 'Nothing was running.'
  process.stdout.write(json ? `${JSON.stringify({ stopped: wasRunning, pods })}\n` : `${said}\n`)
  return 0
}
