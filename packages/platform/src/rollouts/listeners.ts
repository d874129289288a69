/** A TCP socket that waits for connections inside a pod. */
export interface Listener {
  port: number
  isLoopback: boolean
}

/** Reads `/proc/net/tcp` and `/proc/net/tcp6` (any number of them, one after the other): sockets in state LISTEN (0A). */
export function listenersFrom(text: string): Listener[] {
  const found = new Map<string, Listener>()
  for (const line of text.split('\n')) {
    const [slot, local, , state] = line.trim().split(/\s+/)
    if (!slot || !/^\d+:$/.test(slot) || state !== '0A' || !local) continue
    const [address, hexPort] = local.split(':')
    if (!address || !hexPort) continue
    const listener = { port: Number.parseInt(hexPort, 16), isLoopback: isLoopback(address) }
    found.set(`${listener.port} ${listener.isLoopback}`, listener)
  }
  return [...found.values()].toSorted((a, b) => a.port - b.port)
}

/** Addresses are 32-bit words in the byte order of the machine: 127.0.0.1 reads 0100007F on all we run on. */
function isLoopback(address: string): boolean {
  if (address.length === 8) return address.endsWith('7F')
  return (
    address === '00000000000000000000000001000000' ||
    (address.startsWith('0000000000000000FFFF0000') && address.endsWith('7F'))
  )
}
