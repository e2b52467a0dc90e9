{{/* Whether devices come to the endpoint by TLS: "true" or nothing. */}}
{{- define "muster.endpointHasTls" -}}
{{- if and .Values.ingest.enabled (or .Values.endpoint.mqtts.enabled .Values.endpoint.wss.enabled) -}}true{{- end -}}
{{- end -}}

{{/* The host at which MQTT over WebSocket is behind the Ingress or the Gateway; nothing for nowhere. */}}
{{- define "muster.webSocketHost" -}}
{{- if .Values.ingest.enabled -}}{{- .Values.endpoint.webSocketRoute.host -}}{{- end -}}
{{- end -}}

{{- define "muster.webSocketPath" -}}
{{- default "/mqtt" (get .Values.ingest.settings "muster.endpoint.websocket.path") -}}
{{- end -}}

{{/*
The ports at which devices come to the endpoint themselves, separated by commas: none of them where EMQX has the devices, and not
that without TLS which a proxy in front is for.
*/}}
{{- define "muster.endpointPorts" -}}
{{- $open := list -}}
{{- range $name := list "mqtt" "mqtts" "ws" "wss" -}}
{{- $behind := and (eq $name "ws") (include "muster.webSocketHost" $) -}}
{{- if and $.Values.ingest.enabled (get $.Values.endpoint $name).enabled (not $behind) -}}{{- $open = append $open $name -}}{{- end -}}
{{- end -}}
{{- join "," $open -}}
{{- end -}}

{{/* Whether the chart's issuer makes the endpoint's certificate: "true" or nothing. */}}
{{- define "muster.endpointCertificateByIssuer" -}}
{{- $tls := .Values.endpoint.tls -}}
{{- if and (include "muster.endpointHasTls" .) (not $tls.secretName) (not $tls.issuerRef) -}}true{{- end -}}
{{- end -}}

{{- define "muster.endpointSecret" -}}
{{- default (printf "%s-endpoint-tls" (include "muster.fullname" .)) .Values.endpoint.tls.secretName -}}
{{- end -}}

{{/* The Secret with a component's own certificate: (root, component) */}}
{{- define "muster.tlsSecret" -}}
{{- $internal := .root.Values.tls.internal -}}
{{- if eq $internal.provider "existing" -}}
{{- required (printf "tls.internal.secrets.%s: the Secret with its certificate" .component) (get $internal.secrets .component) -}}
{{- else -}}
{{- printf "%s-%s-tls" (include "muster.fullname" .root) .component -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the authority that signed them; with an issuer of your own that of any of them has it. */}}
{{- define "muster.caSecret" -}}
{{- $internal := .Values.tls.internal -}}
{{- if eq $internal.provider "existing" -}}
{{- required "tls.internal.caSecret: the Secret with ca.crt" $internal.caSecret -}}
{{- else if and (eq $internal.provider "cert-manager") $internal.issuerRef -}}
{{- printf "%s-%s-tls" (include "muster.fullname" .) (first (splitList "," (include "muster.certified" .))) -}}
{{- else -}}
{{- printf "%s-internal-ca" (include "muster.fullname" .) -}}
{{- end -}}
{{- end -}}

{{/* The Secret with the broker's authority; nothing for one that everybody knows. */}}
{{- define "muster.brokerCaSecret" -}}
{{- if include "muster.hasBroker" . -}}
{{- include "muster.caSecret" . -}}
{{- else -}}
{{- .Values.external.broker.caSecret -}}
{{- end -}}
{{- end -}}

{{/* The components that have a certificate of their own, separated by commas. */}}
{{- define "muster.certified" -}}
{{- $components := list -}}
{{- if include "muster.hasBroker" . -}}{{- $components = append $components "broker" -}}{{- end -}}
{{- if include "muster.speaksHttps" . -}}
{{- $components = concat $components (compact (splitList "," (include "muster.services" .))) -}}
{{- end -}}
{{- join "," $components -}}
{{- end -}}

{{/* The Secret with what a service shows to other services; nothing for none: (root, component) */}}
{{- define "muster.ownSecret" -}}
{{- $given := get .root.Values.external.clientCertificateSecrets .component -}}
{{- if $given -}}
{{- $given -}}
{{- else if .root.Values.tls.mutual.enabled -}}
{{- include "muster.tlsSecret" . -}}
{{- end -}}
{{- end -}}

{{/* The same towards the database: (root, component) */}}
{{- define "muster.databaseOwnSecret" -}}
{{- get .root.Values.database.clientCertificateSecrets .component -}}
{{- end -}}

{{/* Whether the chart's issuer makes the certificate of the port for devices of firmware-service: "true" or nothing. */}}
{{- define "muster.updatesCertificateByIssuer" -}}
{{- $devices := .Values.firmware.devices -}}
{{- if and .Values.firmware.enabled $devices.enabled (not $devices.tls.secretName) (not $devices.tls.issuerRef) -}}true{{- end -}}
{{- end -}}

{{- define "muster.updatesSecret" -}}
{{- default (printf "%s-updates-tls" (include "muster.fullname" .)) .Values.firmware.devices.tls.secretName -}}
{{- end -}}
