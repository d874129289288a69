/**
 * git's post-receive hook: a program of its own, started by git in the repository. It hands what was pushed to the
 * platform over its socket and prints what comes back; git shows that to the pusher as `remote:` lines. Its environment
 * names the socket and a ticket that says who pushed to what. It cannot make the push fail: the refs are written already.
 */
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'

const socket = process.env.SAMPAN_HOOK_SOCKET ?? ''
const ticket = process.env.SAMPAN_HOOK_TICKET ?? ''
const patienceMs = 60_000
/** What the pusher gave with `git push -o`. */
const options = Array.from(
  { length: Math.min(50, Number(process.env.GIT_PUSH_OPTION_COUNT ?? 0) || 0) },
  (_, i) => process.env[`GIT_PUSH_OPTION_${i}`] ?? '',
)

const updates = (await text(process.stdin))
  .split('\n')
  .filter(Boolean)
  .map((line) => {
    const [before, after, ref] = line.split(' ')
    return { before, after, ref }
  })

/** Whether the platform said all it had to say. It answers the same push twice with the same pipeline. */
function tell(): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      {
        socketPath: socket,
        path: '/post-receive',
        method: 'POST',
        headers: { authorization: `Bearer ${ticket}`, 'content-type': 'application/json' },
      },
      (response) => {
        response.on('data', (chunk: Buffer) => process.stdout.write(chunk))
        response.on('end', () => resolve(response.complete))
        response.on('error', () => resolve(false))
      },
    )
    call.on('error', () => resolve(false))
    call.end(JSON.stringify({ updates, options }))
  })
}

const start = Date.now()
let lost = false
while (!(await tell())) {
  if (Date.now() - start > patienceMs) {
    process.stdout.write(
      'The platform does not answer. What you pushed is stored, and the pipeline goes on (or starts) when the platform is back: see `sampan status`.\n',
    )
    break
  }
  if (!lost) process.stdout.write('The platform was interrupted; waiting for it to come back…\n')
  lost = true
  await wait(500)
}
