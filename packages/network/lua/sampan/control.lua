-- The engine's door (a Unix socket only root can reach): GET says which version is held, PUT changes it.
local json = require 'cjson.safe'
local data = require 'sampan.data'

local control = {}

local function body()
  ngx.req.read_body()
  local text = ngx.req.get_body_data()
  if text then
    return text
  end
  local path = ngx.req.get_body_file()
  if not path then
    return ''
  end
  local file = assert(io.open(path, 'rb'))
  text = file:read('*a')
  file:close()
  return text
end

function control.handle()
  if ngx.req.get_method() == 'GET' then
    ngx.print(ngx.shared.data:get('version') or '')
    return
  end
  local change = json.decode(body())
  if not change then
    ngx.status = 400
    ngx.print('not JSON')
    return
  end
  local problem = data.apply(change)
  if problem then
    ngx.status = 409
    ngx.print(problem)
  end
end

return control
