-- Replaces progress and data of BullMQ's job, both JSON, where they are not empty and the job still exists. With
-- other data it was answered: nobody is to decide on its request any more.
local function updateJob(job, progress, data)
  if progress == '' and data == '' then return end
  if redis.call('EXISTS', job) == 0 then return end
  if progress ~= '' then redis.call('HSET', job, 'progress', progress) end
  if data ~= '' then redis.call('HSET', job, 'data', data, 'request', '') end
end
