import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { selfSigned } from './default-certificate.ts'
import { type LuaModules, luaFolder } from './lua-modules.ts'
import { confVersion } from './nginx-conf.ts'

/** Group of nginx's workers in the image (Debian's www-data). */
const workerGroup = 33

/** What the pod said about the configuration it was given last. */
export interface ConfResult {
  /** See `confVersion`. */
  version: string
  isGood: boolean
  /** nginx's own words, when it refused. */
  message: string
}

/** Makes the folder and what nginx cannot start without. `conf` is tested by the pod before it is used. */
export async function prepareFolder(folder: string, conf: string, lua: LuaModules, now: Date): Promise<void> {
  await mkdir(join(folder, 'auth'), { recursive: true })
  await mkdir(join(folder, 'control'), { recursive: true, mode: 0o700 })
  await chmod(folder, 0o711)
  await chmod(join(folder, 'auth'), 0o711)
  await writeOnce(join(folder, 'auth', 'none'), '')
  if (!(await exists(join(folder, 'default.key')))) {
    const { cert, key } = await selfSigned(now)
    await replace(join(folder, 'default.crt'), cert, 0o644)
    await replace(join(folder, 'default.key'), key, 0o600)
  }
  await writeLua(folder, lua)
  const file = join(folder, 'nginx.conf')
  if ((await textOf(file)) !== conf) await replace(file, conf, 0o644)
  // nginx reads them when it starts and never again: those of another version are not needed any more.
  for (const name of await readdir(folder))
    if (name.startsWith('lua-') && name !== luaFolder(lua)) await rm(join(folder, name), { recursive: true })
}

async function writeLua(folder: string, lua: LuaModules): Promise<void> {
  const own = join(folder, luaFolder(lua), 'sampan')
  await mkdir(own, { recursive: true })
  for (const [name, text] of lua.files)
    if ((await textOf(join(own, name))) !== text) await replace(join(own, name), text, 0o644)
}

/** Makes the files in `auth/` exactly these. New ones come first, so that no route points to a file that is not there. */
export async function writeUserFiles(folder: string, files: ReadonlyMap<string, string>): Promise<() => Promise<void>> {
  const auth = join(folder, 'auth')
  const present = await readdir(auth)
  for (const [name, text] of files)
    if (!present.includes(name)) await replace(join(auth, name), text, 0o640, workerGroup)
  return async () => {
    for (const name of present) if (name !== 'none' && !files.has(name)) await rm(join(auth, name), { force: true })
  }
}

/** undefined until the pod has looked at the configuration that is there now. */
export async function confResult(folder: string, conf: string): Promise<ConfResult | undefined> {
  const text = await textOf(join(folder, 'result'))
  if (!text) return undefined
  const [first = '', ...rest] = text.split('\n')
  const [version = '', verdict] = first.split(' ')
  if (version !== confVersion(conf)) return undefined
  return { version, isGood: verdict === 'ok', message: rest.join('\n').trim() }
}

async function replace(file: string, text: string, mode: number, group?: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode })
  if (group !== undefined && process.getuid?.() === 0) await chown(`${file}.new`, 0, group)
  await rename(`${file}.new`, file)
}

async function writeOnce(file: string, text: string): Promise<void> {
  if (!(await exists(file))) await replace(file, text, 0o644)
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  )

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
