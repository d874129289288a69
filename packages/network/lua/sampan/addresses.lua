-- Whether a client's address (binary form, as nginx has it) lies in one of several ranges.
local bit = require 'bit'

local addresses = {}

-- ranges: { { <base in binary>, <bits> } … }, made by `parse` from texts such as 10.0.0.0/8 or fd00::/8.
local function binary(text)
  if text:find(':', 1, true) then
    local left, right = text:match '^(.-)::(.*)$'
    local function groups(part)
      local list = {}
      for group in part:gmatch '[^:]+' do
        list[#list + 1] = tonumber(group, 16)
      end
      return list
    end
    local head, tail
    if left then
      head, tail = groups(left), groups(right)
    else
      head, tail = groups(text), {}
    end
    local all = {}
    for _, one in ipairs(head) do
      all[#all + 1] = one
    end
    for _ = 1, 8 - #head - #tail do
      all[#all + 1] = 0
    end
    for _, one in ipairs(tail) do
      all[#all + 1] = one
    end
    local out = {}
    for _, one in ipairs(all) do
      out[#out + 1] = string.char(bit.rshift(one, 8), bit.band(one, 255))
    end
    return table.concat(out)
  end
  local out = {}
  for part in text:gmatch '%d+' do
    out[#out + 1] = string.char(tonumber(part))
  end
  return table.concat(out)
end

addresses.binary = binary

function addresses.parse(texts)
  local ranges = {}
  for _, text in ipairs(texts) do
    local base, bits = text:match '^([^/]+)/?(%d*)$'
    local value = binary(base)
    ranges[#ranges + 1] = { value, tonumber(bits) or #value * 8 }
  end
  return ranges
end

local function inside(address, range)
  local base, bits = range[1], range[2]
  if #base ~= #address then
    return false
  end
  local whole = math.floor(bits / 8)
  if address:sub(1, whole) ~= base:sub(1, whole) then
    return false
  end
  local rest = bits % 8
  if rest == 0 then
    return true
  end
  local shift = 8 - rest
  return bit.rshift(address:byte(whole + 1), shift) == bit.rshift(base:byte(whole + 1), shift)
end

function addresses.within(address, ranges)
  for _, range in ipairs(ranges) do
    if inside(address, range) then
      return true
    end
  end
  return false
end

return addresses
