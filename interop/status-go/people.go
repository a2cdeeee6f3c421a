package main

import (
	gopeer "status-rs.example/interop/go-peer"
)

// serveContacts adds the methods of contacts and their profiles.
func (p *statusPeer) serveContacts(lines *gopeer.Lines) {
	// Adds the contact too, as in the application.
	p.handle(lines, "contact_add", func(asked request) (interface{}, error) {
		return true, p.call(nil, "shhext_sendContactUpdate", asked.Person, asked.Name, asked.Picture)
	})
	p.handle(lines, "contact_block", func(asked request) (interface{}, error) {
		blocked := map[string]interface{}{"id": asked.Person, "systemTags": []string{":contact/blocked"}}
		return true, p.call(nil, "shhext_blockContact", blocked)
	})
	p.handle(lines, "profile", func(asked request) (interface{}, error) {
		return true, p.call(nil, "shhext_sendContactUpdates", asked.Name, asked.Picture)
	})
	p.handle(lines, "contacts", func(request) (interface{}, error) {
		var contacts []contact
		err := p.call(&contacts, "shhext_contacts")
		listed := []interface{}{}
		for _, contact := range contacts {
			listed = append(listed, contact.fields())
		}
		return listed, err
	})
}

// serveDevices adds the methods of one's own devices.
func (p *statusPeer) serveDevices(lines *gopeer.Lines) {
	p.handle(lines, "device_name", func(asked request) (interface{}, error) {
		if p.messenger == nil {
			return nil, errNoMessenger
		}
		metadata := map[string]string{"name": asked.Name, "deviceType": asked.Type}
		return true, p.call(nil, "shhext_setInstallationMetadata", p.messenger.installation, metadata)
	})
	p.handle(lines, "device_announce", func(request) (interface{}, error) {
		return true, p.call(nil, "shhext_sendPairInstallation")
	})
	p.handle(lines, "device_enable", func(asked request) (interface{}, error) {
		return true, p.call(nil, "shhext_enableInstallation", asked.Device)
	})
	p.handle(lines, "device_disable", func(asked request) (interface{}, error) {
		return true, p.call(nil, "shhext_disableInstallation", asked.Device)
	})
	p.handle(lines, "device_sync", func(asked request) (interface{}, error) {
		return true, p.call(nil, "shhext_syncDevices", asked.Name, asked.Picture)
	})
	p.handle(lines, "devices", func(request) (interface{}, error) {
		var installations []installation
		err := p.call(&installations, "shhext_getOurInstallations")
		listed := []interface{}{}
		for _, installation := range installations {
			listed = append(listed, installation.fields())
		}
		return listed, err
	})
}
