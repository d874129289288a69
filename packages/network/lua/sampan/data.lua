-- What the engine told this nginx, kept in the shared dictionary `data` so that every worker sees it at once and a reload
-- keeps it. Keys: `h:<host>` a host's routes (JSON), `e:<service>` addresses ("ip:port ip:port"), `c:<host>` name of a
-- certificate, `k:<name>` the certificate itself (JSON with PEM texts), `a:<host>` which authorities
-- vouch for its clients (JSON), `v:<name>` their certificates, `version` what the engine sent last.
local json = require 'cjson.safe'

local dict = ngx.shared.data
local parsed = {}
local data = {}
local now = ngx.now
local version, looked

-- What names everything held now. It is looked at once per millisecond (nginx's own clock), so that a busy worker hardly
-- ever locks the dictionary.
function data.version()
  local time = now()
  if time ~= looked then
    looked = time
    version = dict:get 'version'
  end
  return version
end

-- The value under `key`, parsed once per worker and text.
function data.get(key, parse)
  local version = data.version()
  local known = parsed[key]
  if known and known.version == version then
    return known.value
  end
  local text = dict:get(key)
  if not text then
    parsed[key] = nil
    return nil
  end
  if known and known.text == text then
    known.version = version
    return known.value
  end
  local value = parse(text, key)
  parsed[key] = { version = version, text = text, value = value }
  return value
end

-- What this worker parsed last under `key`: for what comes after the choice of a route.
function data.known(key)
  local known = parsed[key]
  return known and known.value
end

-- Applies { version, set = {key → text}, delete = {keys} }; without `base` what is not in `set` goes. Returns an error
-- text when the change does not follow what is held, or does not fit.
function data.apply(change)
  if change.base and change.base ~= dict:get('version') then
    return 'the change is for version ' .. tostring(change.base)
  end
  for key, text in pairs(change.set) do
    if dict:get(key) ~= text then
      if key:sub(1, 2) == 'a:' then
        ngx.shared.doors:set('since ' .. key:sub(3), ngx.now()) -- handshakes before were held against others
      end
      local done, problem = dict:safe_set(key, text)
      if not done then
        dict:delete('version')
        return problem
      end
    end
  end
  if change.base then
    for _, key in ipairs(change.delete or {}) do
      dict:delete(key)
    end
  else
    for _, key in ipairs(dict:get_keys(0)) do
      if key ~= 'version' and change.set[key] == nil then
        dict:delete(key)
      end
    end
  end
  dict:set('version', change.version)
  return nil
end

-- At the start of the master: what the engine wrote down last, so that a new nginx serves before the engine speaks.
function data.load(path)
  if dict:get('version') then
    return
  end
  local file = io.open(path, 'r')
  if not file then
    return
  end
  local change = json.decode(file:read('*a'))
  file:close()
  if change then
    change.base = nil
    data.apply(change)
  end
end

return data
