import { open } from 'node:fs/promises'
import type { NodeSettings } from './context.ts'
import { tailOfLog } from './logs/read.ts'
import { fallsBackToLogs } from './pod/container-status.ts'
import type { ContainerView } from './pod/view.ts'
import { messagePath } from './pod-folders.ts'

const mostBytes = 4096
const mostLogBytes = 2048
const mostLogLines = 80

/** What a container wrote about its end; with policy FallbackToLogsOnError the end of its log when it wrote nothing. */
export async function terminationMessage(settings: NodeSettings, uid: string, one: ContainerView): Promise<string> {
  const written = await firstBytes(messagePath(settings, uid, one.name, one.attempt), mostBytes)
  if (written || one.exitCode === 0 || !fallsBackToLogs(one)) return written
  return tailOfLog(one.logPath, { bytes: mostLogBytes, lines: mostLogLines })
}

async function firstBytes(path: string, most: number): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
