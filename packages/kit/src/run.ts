import { spawn } from 'node:child_process'

export interface RunOptions {
  /** Written to the program's standard input: the place for secrets, never its arguments. */
  input?: string | Uint8Array
  env?: Record<string, string | undefined>
  cwd?: string
  timeoutMs?: number
  signal?: AbortSignal
  /** Gets each chunk as it comes, besides the collected output. */
  onOutput?: (chunk: string) => void
}

export interface RunResult {
  /** Exit code; 128 + signal number is not imitated: a signalled program has code -1 and its signal. */
  code: number
  signal?: string
  stdout: string
  stderr: string
}

/** Runs a program to its end and gives its exit code and output, whatever they are. Throws only when it cannot start. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ? { ...process.env, ...options.env } : process.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      signal: options.signal,
      timeout: options.timeoutMs,
    })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]!.setEncoding('utf8').on('data', (chunk: string) => {
        output[name] += chunk
        options.onOutput?.(chunk)
      })
    }
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: code ?? -1, ...(signal && { signal }), ...output }))
    if (options.input !== undefined) {
      // A program that ends without reading its input is no failure of ours: its exit code tells.
      child.stdin!.on('error', (error: NodeJS.ErrnoException) => error.code !== 'EPIPE' && reject(error))
      child.stdin!.end(options.input)
    }
  })
}

/** A program that did not end well. */
export class RunFailed extends Error {
  readonly result: RunResult
  constructor(program: string, args: readonly string[], result: RunResult) {
    const said = result.stderr.trim() || result.stdout.trim()
    super(
      `${program} ${args[0] ?? ''} failed (${result.signal ?? `exit ${result.code}`}): ${said.split('\n').slice(-3).join(' | ')}`,
    )
    this.name = 'RunFailed'
    this.result = result
  }
}

/** Like `run`, but throws `RunFailed` unless the exit code is 0. Gives standard output. */
export async function runOrThrow(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await run(program, args, options)
  if (result.code !== 0) throw new RunFailed(program, args, result)
  return result.stdout
}
