import { RunFailed, run } from '@sampan/kit/run'
import { standby } from '@sampan/kit/standby'
import { changes, type Names, replaced, takenOver } from './script.ts'
import type { Table } from './table.ts'

/** Runs `nft` with `args`, giving it `input`. Throws `RunFailed` when nft refuses. */
export interface Nft {
  (args: readonly string[], input?: string): Promise<string>
  /** Nothing of it runs any more. */
  close?(): void
}

/** The host's nft, or the one of a network namespace (tests). For transactions one always waits: see `standby`. */
export function nftProgram(netns?: string): Nft {
  const prefix = netns === undefined ? [] : ['ip', 'netns', 'exec', netns]
  const command = (args: readonly string[]) => [...prefix, 'nft', ...args] as [string, ...string[]]
  const [first, ...others] = command(['-f', '-'])
  const transactions = standby(first, others)
  const nft: Nft = async (args, input) => {
    const [program, ...rest] = command(args)
    const isTransaction = input !== undefined && args.join(' ') === '-f -'
    const result = isTransaction
      ? await transactions.run(input, timeoutMs)
      : await run(program, rest, { ...(input !== undefined && { input }), timeoutMs })
    if (result.code !== 0) throw new RunFailed(program, rest, result)
    return result.stdout
  }
  nft.close = () => transactions.close()
  return nft
}

const timeoutMs = 60_000

/** Our table in the kernel. Calls must not overlap. */
export interface KernelTable {
  /** Makes the kernel hold `wanted`, in one transaction. Says what it took; throws `RunFailed` when nft refuses. */
  apply(wanted: Table): Promise<'same' | 'changed' | 'taken over' | 'replaced'>
  /** nft's words on why it would refuse `wanted`; undefined when it would take it. Nothing is changed. */
  refusal(wanted: Table): Promise<string | undefined>
  /** Whether the table is still there; when not, the next `apply` makes it anew. */
  isThere(): Promise<boolean>
}

/** `name` is the table's; what an earlier run left there is taken over by the first `apply` without a gap. */
export function kernelTable(nft: Nft, name: string): KernelTable {
  let applied: Table | undefined

  return {
    async apply(wanted) {
      if (applied) {
        const text = changes(applied, wanted)
        if (text === '') return 'same'
        applied = undefined // until nft agrees, what the kernel holds is not known
        try {
          await nft(['-f', '-'], text)
          applied = wanted
          return 'changed'
        } catch (error) {
          // Somebody else changed our table, or it is gone: read it and take it over.
          if (!(error instanceof RunFailed)) throw error
        }
      }
      const names = await namesOf(nft, name)
      if (names) {
        try {
          await nft(['-f', '-'], takenOver(names, wanted))
          applied = wanted
          return 'taken over'
        } catch (error) {
          if (!(error instanceof RunFailed)) throw error
        }
      }
      await nft(['-f', '-'], replaced(wanted))
      applied = wanted
      return 'replaced'
    },
    async refusal(wanted) {
      try {
        await nft(['--check', '-f', '-'], replaced(wanted))
        return undefined
      } catch (error) {
        if (error instanceof RunFailed) return error.message
        throw error
      }
    },
    async isThere() {
      const there = (await tables(nft)).includes(name)
      if (!there) applied = undefined
      return there
    },
  }
}

/** The names in our table; undefined when there is none. */
async function namesOf(nft: Nft, name: string): Promise<Names | undefined> {
  let text: string
  try {
    text = await nft(['--json', '--terse', 'list', 'table', 'inet', name])
  } catch (error) {
    if (error instanceof RunFailed && !(await tables(nft)).includes(name)) return undefined
    throw error
  }
  const listing = (JSON.parse(text) as Listing).nftables
  return {
    sets: listing.flatMap((one) => one.set?.name ?? one.map?.name ?? []),
    chains: listing.flatMap((one) => one.chain?.name ?? []),
  }
}

async function tables(nft: Nft): Promise<string[]> {
  const { nftables } = JSON.parse(await nft(['--json', 'list', 'tables'])) as Listing
  return nftables.flatMap(({ table }) => (table?.family === 'inet' ? table.name : []))
}

interface Listing {
  nftables: {
    table?: { family: string; name: string }
    chain?: { name: string }
    set?: { name: string }
    map?: { name: string }
  }[]
}

/** Takes the table away, if it is there. */
export async function removeTable(nft: Nft, name: string): Promise<void> {
  if ((await tables(nft)).includes(name)) await nft(['delete', 'table', 'inet', name])
}
