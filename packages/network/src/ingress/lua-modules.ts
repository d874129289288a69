import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The Lua programs that nginx runs: file name under `sampan/` → text; `version` names exactly these. */
export interface LuaModules {
  version: string
  files: ReadonlyMap<string, string>
}

const source = join(import.meta.dirname, '../../lua/sampan')

export async function luaModules(): Promise<LuaModules> {
  const names = (await readdir(source)).filter((name) => name.endsWith('.lua')).toSorted()
  const files = new Map<string, string>()
  const hash = createHash('sha256')
  for (const name of names) {
    const text = await readFile(join(source, name), 'utf8')
    files.set(name, text)
    hash.update(`${name}\0${text}\0`)
  }
  return { version: hash.digest('hex').slice(0, 12), files }
}

/** Where they lie in the folder shared with nginx: others of another version never overwrite what a running nginx was told. */
export const luaFolder = ({ version }: Pick<LuaModules, 'version'>) => `lua-${version}`
