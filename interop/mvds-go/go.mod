module status-rs.example/interop/mvds-go

go 1.21

require (
	github.com/golang/protobuf v1.3.2
	github.com/vacp2p/mvds v0.0.23
	status-rs.example/interop/go-peer v0.0.0
)

require (
	go.uber.org/atomic v1.4.0 // indirect
	go.uber.org/multierr v1.1.0 // indirect
	go.uber.org/zap v1.10.0 // indirect
)

replace status-rs.example/interop/go-peer => ../go-peer
