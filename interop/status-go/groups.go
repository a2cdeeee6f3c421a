package main

import (
	"errors"

	gopeer "status-rs.example/interop/go-peer"
)

// serveGroups adds every membership action; each gives the group as it then is.
func (p *statusPeer) serveGroups(lines *gopeer.Lines) {
	p.handle(lines, "group_create", func(asked request) (interface{}, error) {
		return p.group("shhext_createGroupChatWithMembers", nil, asked.Name, asked.People)
	})
	p.handle(lines, "group_add", func(asked request) (interface{}, error) {
		return p.group("shhext_addMembersToGroupChat", nil, asked.Chat, asked.People)
	})
	p.handle(lines, "group_remove", func(asked request) (interface{}, error) {
		return p.group("shhext_removeMemberFromGroupChat", nil, asked.Chat, asked.Person)
	})
	p.handle(lines, "group_promote", func(asked request) (interface{}, error) {
		return p.group("shhext_addAdminsToGroupChat", nil, asked.Chat, asked.People)
	})
	p.handle(lines, "group_leave", func(asked request) (interface{}, error) {
		return p.group("shhext_leaveGroupChat", nil, asked.Chat)
	})
	// Only this call takes no leading null.
	p.handle(lines, "group_join", func(asked request) (interface{}, error) {
		return p.group("shhext_confirmJoiningGroup", asked.Chat)
	})
}

func (p *statusPeer) group(method string, arguments ...interface{}) (interface{}, error) {
	var changed response
	if err := p.call(&changed, method, arguments...); err != nil {
		return nil, err
	}
	if len(changed.Chats) == 0 {
		return nil, errors.New("no group was changed")
	}
	return changed.Chats[0].fields(), nil
}
