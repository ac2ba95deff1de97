-- emoji-image
return run(function()
  return {'OK', call('GET', P .. 'emojiimage:' .. ARGV[3]) or ''}
end)
