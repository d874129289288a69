import { Resolver } from 'node:dns/promises'

/**
 * What one name server says about a name: addresses, or the target of a CNAME; empty when it knows none or does not answer.
 * Asks that server alone, never the machine's own configuration.
 */
export async function lookUp(server: string, name: string, type: 'A' | 'AAAA' | 'CNAME'): Promise<string[]> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 })
  resolver.setServers([server])
  try {
    if (type === 'A') return await resolver.resolve4(name)
    return type === 'AAAA' ? await resolver.resolve6(name) : await resolver.resolveCname(name)
  } catch (error) {
    // "No such name", "no data", "no answer": all of them mean that the name is not served (yet).
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') return []
    throw error
  }
}
