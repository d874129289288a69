import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where processes go that are in the way. */
const asideName = 'init'
/** They may fork while they are moved. */
const mostRounds = 10

/**
 * Lets the cgroups (v2) below `folder` have these controllers. A cgroup that has processes of its own may not hand any
 * down; only the machine's real root may have both. So in a container, whose programs live in what it sees as the root,
 * they are moved one level down first, as every node in a container does. Throws when the kernel refuses otherwise.
 */
export async function handDown(folder: string, controllers: readonly string[]): Promise<void> {
  const file = join(folder, 'cgroup.subtree_control')
  const present = words(await readFile(file, 'utf8'))
  const missing = controllers.filter((one) => !present.includes(one))
  if (missing.length === 0) return
  const wish = missing.map((one) => `+${one}`).join(' ')
  for (let round = 0; ; round++) {
    try {
      await writeFile(file, wish)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY' || round === mostRounds) throw error
      await moveAside(folder)
    }
  }
}

async function moveAside(folder: string): Promise<void> {
  const aside = join(folder, asideName)
  await mkdir(aside, { recursive: true })
  for (const pid of words(await readFile(join(folder, 'cgroup.procs'), 'utf8')))
    await writeFile(join(aside, 'cgroup.procs'), pid).catch((error: NodeJS.ErrnoException) => {
      // It has ended, or it is a thread of the kernel's.
      if (error.code !== 'ESRCH' && error.code !== 'EINVAL') throw error
    })
}

const words = (text: string) => text.split(/\s+/).filter(Boolean)
