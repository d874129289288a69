import { firstOf, has, keptFolder, linesOf, procfileCommand, type Recipe, type Source, shellCommand } from './source.ts'

export function phpRecipe(source: Source): Recipe | undefined {
  const because = firstOf(source, 'composer.json', 'index.php', 'public/index.php')
  if (!because) return undefined
  const composed = has(source, 'composer.json')
  const manifests = ['composer.json', 'composer.lock'].filter((path) => has(source, path)).join(' ')
  const command = procfileCommand(source)
  return {
    stack: 'php',
    because,
    needs: ['php'],
    dockerfile: (imageOf) =>
      linesOf(
        `FROM ${imageOf('php')}`,
        composed && `COPY --chown=app:app ${manifests} ./`,
        composed &&
          `RUN ${keptFolder('/home/app/.cache')} composer install --no-dev --no-interaction --no-progress --no-scripts --no-autoloader`,
        'COPY --chown=app:app . .',
        composed && 'RUN composer dump-autoload --no-dev --optimize',
        command && shellCommand(command),
      ),
  }
}
