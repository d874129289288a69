import { has, linesOf, procfileCommand, type Recipe, type Source, shellCommand } from './source.ts'

const kept = '--mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod'

export function goRecipe(source: Source): Recipe | undefined {
  const loose = source.files.find((path) => /^[^/]+\.go$/.test(path))
  const because = has(source, 'go.mod') ? 'go.mod' : loose
  if (!because) return undefined
  const target = mainPackage(source)
  const manifests = ['go.mod', 'go.sum'].filter((path) => has(source, path))
  const vendored = source.files.some((path) => path.startsWith('vendor/'))
  const command = procfileCommand(source)
  return {
    stack: 'go',
    because,
    needs: ['go'],
    dockerfile: (imageOf) =>
      linesOf(
        `FROM ${imageOf('go')} AS build`,
        manifests.length > 0 && !vendored && `COPY ${manifests.join(' ')} ./`,
        manifests.length > 0 && !vendored && `RUN ${kept} go mod download`,
        'COPY . .',
        manifests.length === 0 && 'RUN go mod init app',
        `RUN ${kept} CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags=-s -o /out/app ${target}`,
        'FROM debian:bookworm-slim',
        'RUN useradd --uid 1000 --create-home app',
        'COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt',
        // Templates, static files and the like lie beside the program, as they do in the repository.
        'COPY --chown=app:app . /app',
        'COPY --from=build /out/app /usr/local/bin/app',
        'WORKDIR /app',
        'ENV PORT=8080',
        'EXPOSE 8080',
        'USER app',
        command ? shellCommand(command) : 'CMD ["app"]',
      ),
  }
}

/** The folder of the program: the root, else the only one (or the first) below `cmd`. */
function mainPackage({ files }: Source): string {
  if (files.some((path) => /^[^/]+\.go$/.test(path) && !path.endsWith('_test.go'))) return '.'
  const commands = files.flatMap((path) => /^(cmd\/[^/]+)\/[^/]+\.go$/.exec(path)?.[1] ?? []).toSorted()
  return commands[0] ? `./${commands[0]}` : './...'
}
