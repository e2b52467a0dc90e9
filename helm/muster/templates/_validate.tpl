{{/* What the schema cannot say: settings that do not go together. */}}
{{- define "muster.validate" -}}
{{- if and .Values.database.host .Values.database.bundled.enabled }}
{{- fail "database.host and database.bundled.enabled: one of them, the bundled one is to try it out" }}
{{- end }}
{{- if and (eq .Values.migrations.mode "hook") (include "muster.hasDatabase" .) }}
{{- fail "migrations.mode=hook needs a database that is there before the release: database.host and database.existingSecret" }}
{{- end }}
{{- if and .Values.tls.mutual.enabled (not .Values.tls.services.enabled) }}
{{- fail "tls.mutual.enabled needs tls.services.enabled" }}
{{- end }}
{{- if and .Values.tls.mutual.enabled (eq .Values.tls.internal.provider "issuer") }}
{{- fail "tls.mutual.enabled needs tls.internal.provider=cert-manager or existing: certificates of the chart's own issuer are for servers alone" }}
{{- end }}
{{- if .Values.hub.expose.enabled }}
{{- if not .Values.tls.mutual.enabled }}
{{- fail "hub.expose.enabled needs tls.mutual.enabled: from outside of the cluster only who shows a certificate may call as a service" }}
{{- end }}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.edgesFrom) }}
{{- fail "networkPolicy.edgesFrom: the private network of the edges, or nobody comes in by hub.expose" }}
{{- end }}
{{- if and (eq .Values.hub.expose.type "LoadBalancer") (not (include "muster.edgeRanges" .)) }}
{{- fail "hub.expose.loadBalancerSourceRanges, or ipBlocks in networkPolicy.edgesFrom: the private network of the edges, or the load balancers let everybody in" }}
{{- end }}
{{- range $name := compact (splitList "," (include "muster.exposed" .)) }}
{{- if and (ne $.Values.tls.internal.provider "existing") (not (get $.Values.tls.internal.hostnames $name)) }}
{{- fail (printf "tls.internal.hostnames.%s: the names by which edges call it by hub.expose, or they do not trust its certificate" $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- if .Values.gateway.backendTls.enabled }}
{{- if not .Values.tls.services.enabled }}
{{- fail "gateway.backendTls.enabled needs tls.services.enabled: services speak HTTP" }}
{{- end }}
{{- if not .Values.gateway.backendTls.caConfigMap }}
{{- fail "gateway.backendTls.caConfigMap: the ConfigMap with ca.crt, by which the Gateway knows the services" }}
{{- end }}
{{- end }}
{{- if .Values.firmware.devices.exclusive }}
{{- if not .Values.firmware.devices.enabled }}
{{- fail "firmware.devices.exclusive needs firmware.devices.enabled, or devices are served nowhere" }}
{{- end }}
{{- if .Values.firmware.tenants }}
{{- fail "firmware.tenants leads devices through the Ingress or the Gateway, and firmware.devices.exclusive serves none there" }}
{{- end }}
{{- end }}
{{- if and .Values.endpoint.proxyProtocol.enabled (not .Values.endpoint.proxyProtocol.trusted) }}
{{- fail "endpoint.proxyProtocol.trusted: the networks of the load balancer, or anybody could claim any address" }}
{{- end }}
{{- if include "muster.webSocketHost" . }}
{{- if not .Values.endpoint.ws.enabled }}
{{- fail "endpoint.webSocketRoute.host needs endpoint.ws.enabled" }}
{{- end }}
{{- if .Values.endpoint.proxyProtocol.enabled }}
{{- fail "endpoint.webSocketRoute.host and endpoint.proxyProtocol.enabled: neither an Ingress nor a Gateway speaks PROXY protocol with a Service" }}
{{- end }}
{{- if not (or .Values.api.ingress.enabled (and .Values.gateway.enabled .Values.gateway.apiParentRefs)) }}
{{- fail "endpoint.webSocketRoute.host needs api.ingress.enabled, or gateway.enabled and gateway.apiParentRefs" }}
{{- end }}
{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.apiFrom) }}
{{- fail "networkPolicy.apiFrom: where your Ingress or Gateway is, or nobody comes in by endpoint.webSocketRoute.host" }}
{{- end }}
{{- end }}
{{- if .Values.networkPolicy.enabled }}
{{- if and (or .Values.monitoring.serviceMonitor.enabled .Values.monitoring.podMonitor.enabled) (not .Values.networkPolicy.metricsFrom) }}
{{- fail "networkPolicy.metricsFrom: where your Prometheus is, or it reads nothing" }}
{{- end }}
{{- if and .Values.networkPolicy.egress.enabled .Values.database.host (not .Values.networkPolicy.egress.databaseCidrs) }}
{{- fail "networkPolicy.egress.databaseCidrs: the networks of database.host, or no service reaches it" }}
{{- end }}
{{- end }}
{{- range $name := list "registry" "ingest" "command" "firmware" }}
{{- $service := get $.Values $name }}
{{- if and $service.autoscaling.enabled (gt (int $service.autoscaling.minReplicas) (int $service.autoscaling.maxReplicas)) }}
{{- fail (printf "%s.autoscaling: minReplicas is more than maxReplicas" $name) }}
{{- end }}
{{- if and $service.autoscaling.enabled (not $service.autoscaling.cpu) (not $service.autoscaling.podMetrics) }}
{{- fail (printf "%s.autoscaling: by what? cpu is 0, and there are no podMetrics" $name) }}
{{- end }}
{{- end }}
{{- if and .Values.firmware.enabled (eq .Values.firmware.storage.accessMode "ReadWriteOnce") (or (gt (int .Values.firmware.replicas) 1) .Values.firmware.autoscaling.enabled) }}
{{- fail "firmware.replicas: more than one needs firmware.storage.accessMode=ReadWriteMany" }}
{{- end }}
{{- /* Five of `preStop`, ten in which requests end (quarkus.shutdown.timeout), and then the drain begins. */}}
{{- if lt (int .Values.ingest.terminationGracePeriodSeconds) (add (int .Values.ingest.drain.timeoutSeconds) 20) }}
{{- fail "ingest.terminationGracePeriodSeconds: at least twenty seconds more than ingest.drain.timeoutSeconds, or messages on their way are sent twice" }}
{{- end }}
{{- if and .Values.ingest.enabled (not .Values.registry.enabled) .Values.external.broker.url (not .Values.site) }}
{{- fail "site: the name of this site, another one at each edge, or they throw each other off at the hub's broker" }}
{{- end }}
{{- if and .Values.external.uplinkUrl (not .Values.site) }}
{{- fail "site: the name of this site, by which the hub that external.uplinkUrl names tells its log from those of others" }}
{{- end }}
{{- if and .Values.ingest.enabled (not (include "muster.endpointPorts" .)) (not (include "muster.webSocketHost" .)) (ne (get .Values.ingest.settings "muster.ingest.source") "broker") }}
{{- fail "endpoint: no port is enabled, and nothing feeds the store" }}
{{- end }}
{{- end -}}
