-- Texts of annotations with variables in them: `$1` for what the path's expression captured, `$host` and the like for what
-- the request says. The engine let only names through that tell nothing of anybody else.
local texts = {}

-- What ingress-nginx calls otherwise.
local also = { best_http_host = 'http_host', pass_access_scheme = 'scheme', pass_port = 'server_port' }

local function same(text)
  return text
end

local function value(name)
  local var = ngx.var
  if name == 'escaped_request_uri' then
    return ngx.escape_uri(var.request_uri)
  end
  return var[also[name] or name] or ''
end

-- `quote` is done to every value that is put in.
function texts.filled(text, captures, quote)
  quote = quote or same
  return (text:gsub('%$([%w_]+)', function(name)
    local digit = tonumber(name:sub(1, 1))
    if digit then
      return quote(captures and captures[digit] or '') .. name:sub(2)
    end
    return quote(value(name))
  end))
end

-- For places where a space or a line's end would mean something: headers above all.
function texts.one_line(text)
  return (text:gsub('[%c ]', function(sign)
    return ('%%%02X'):format(sign:byte())
  end))
end

return texts
