module status-rs.example/interop/go-peer

go 1.21

require github.com/ethereum/go-ethereum v1.9.5
