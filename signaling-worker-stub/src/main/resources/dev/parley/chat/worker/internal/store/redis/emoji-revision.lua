-- emoji-revision
return run(function()
  return {'OK', call('GET', P .. 'emojirevision') or ''}
end)
