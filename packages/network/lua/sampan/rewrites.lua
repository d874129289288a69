-- What an Ingress asks to be changed in the head of answers: where they send people, and where cookies count.
local texts = require 'sampan.texts'

local rewrites = {}

-- The text with its beginning, or what a regular expression fits, replaced; nil when the rule does not fit.
local function replaced(text, rule)
  if rule.pattern then
    local captures = ngx.re.match(text, rule.pattern, rule.ignores_case and 'ijo' or 'jo')
    return captures and texts.filled(rule.to, captures, texts.one_line)
  end
  if rule.whole then
    return text:gsub('^%.', ''):lower() == rule.from and texts.filled(rule.to, nil, texts.one_line) or nil
  end
  local from = texts.filled(rule.from)
  if text:sub(1, #from) == from then
    return texts.filled(rule.to, nil, texts.one_line) .. text:sub(#from + 1)
  end
end

local attributes = { path = '(;%s*[Pp][Aa][Tt][Hh]=)([^;]*)', domain = '(;%s*[Dd][Oo][Mm][Aa][Ii][Nn]=)([^;]*)' }

local function cookie(text, rules)
  for name, rule in pairs(rules) do
    text = text:gsub(attributes[name], function(before, value)
      return before .. (replaced(value, rule) or value)
    end)
  end
  return text
end

function rewrites.head(wishes)
  local header = ngx.header
  local location = wishes.location and header['Location']
  if type(location) == 'string' then
    header['Location'] = replaced(location, wishes.location) or location
  end
  local cookies = wishes.cookies and header['Set-Cookie']
  if type(cookies) == 'string' then
    header['Set-Cookie'] = cookie(cookies, wishes.cookies)
  elseif cookies then
    local all = {}
    for index, one in ipairs(cookies) do
      all[index] = cookie(one, wishes.cookies)
    end
    header['Set-Cookie'] = all
  end
end

return rewrites
